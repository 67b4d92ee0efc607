"""Jobs as DAG files of Airflow, which runs their notebooks with ``lakebook run``."""
