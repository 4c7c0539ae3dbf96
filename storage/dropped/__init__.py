"""What centres and candidates drop: uploads, scans and dossiers, until each is read; and when it was due."""
