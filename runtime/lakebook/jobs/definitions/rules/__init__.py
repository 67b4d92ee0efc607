"""What a job must be beyond its types. A rule looks at the nodes whose types are right, and tells what is wrong."""
