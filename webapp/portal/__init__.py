"""The public pages: one site, made as files for a district's own portal, or served without sign-in."""
