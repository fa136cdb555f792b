"""Reading the text of scans by Tesseract, in a process of its own with little memory and time."""
