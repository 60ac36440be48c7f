"""One small diagram for each element of BPMN 2.0: what it does here, or that it is refused."""
