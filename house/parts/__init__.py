"""Parts of the house: what installs it, holds it up and takes it down."""
