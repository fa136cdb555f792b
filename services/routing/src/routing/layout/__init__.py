"""How papers look: templates filled in, pages, PDF and DOCX. Only this room knows the libraries."""
