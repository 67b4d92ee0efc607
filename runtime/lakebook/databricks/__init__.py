"""What a Databricks notebook needs here: its files, as notebooks."""
