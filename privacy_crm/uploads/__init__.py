"""Lists that staff import in the browser: what a file is, its columns, the preview, and taking it back."""
