package dev.heimdall.manager.rest;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;

/** Object that programs can request; its paths begin with {@code /api/v1/}. */
public interface Resource {
  List<Operation> operations();

  /** The schemas that its operations name, by their names, besides those of documents. */
  default Map<String, ObjectNode> schemas() {
    return Map.of();
  }
}
