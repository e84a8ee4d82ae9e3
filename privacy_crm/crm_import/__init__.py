"""Import: files are read and checked row by row, then merged with what is on record, set by set."""
