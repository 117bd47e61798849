"""What several samples share: no sample itself."""
