"""AWS's wire protocols, compiled from AWS's own service models."""
