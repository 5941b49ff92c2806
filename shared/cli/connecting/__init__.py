"""`speech2cosmos connect`: reads the outputs of a deployment from Azure Resource Manager into the user's file."""
