"""`runner serve`: an HTTP service and a web page around one bundle."""
