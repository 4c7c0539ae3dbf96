"""What comes in: drops noted, read and answered; scans, dossiers, their deadlines and receipts."""
