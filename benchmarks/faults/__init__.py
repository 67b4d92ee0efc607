"""Kills what runs jobs at random moments, and counts whether anything was lost or done twice at once."""
