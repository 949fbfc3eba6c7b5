package dev.heimdall.manager.rest;

import java.util.List;

/** Something that programs can ask for; its paths begin with {@code /api/v1/}. */
public interface Resource {
  List<Operation> operations();
}
