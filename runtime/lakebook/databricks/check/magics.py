"""The magics that a cell of Python may have: IPython's, its kernel's, Databricks' and Lakebook's own."""

from __future__ import annotations

_NAMES = """
HTML SVG alias alias_magic autoawait autocall automagic autosave bash bookmark capture cat cd clear code_wrap colors
conda config connect_info cp debug dhist dirs doctest_mode ed edit env file gui hist history html javascript js
killbgscripts latex ldir less lf lk ll load load_ext loadpy logoff logon logstart logstate logstop ls lsmagic lx
macro magic mamba man markdown matplotlib micromamba mkdir more mv notebook page pastebin pdb pdef pdoc perl pfile
pinfo pinfo2 pip popd pprint precision prun psearch psource pushd pwd pycat pylab pypy python python2 python3
qtconsole quickref recall rehashx reload_ext rep rerun reset reset_selective rm rmdir ruby run save sc script
set_env sh subshell svg sx system tb time timeit unalias unload_ext uv who who_ls whos writefile xdel xmode
aimport autoreload fs restart_python trace share autolog
"""
KNOWN = frozenset(_NAMES.split())
#: with which other packages bring magics of their own
EXTENDS = frozenset({"load_ext", "reload_ext", "alias", "alias_magic", "macro"})
