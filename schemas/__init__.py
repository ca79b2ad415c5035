"""JSON Schemas and shared examples of model_press's file formats."""
