"""What Databricks' notebooks have at hand: ``dbutils`` and its parts."""
