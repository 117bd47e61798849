"""The samples: `dream samples` lists them, `dream run NAME` plays one, and every test run draws them all."""
