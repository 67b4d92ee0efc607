"""The lab: JupyterLab on a workspace, for four languages and for many people at a time."""
