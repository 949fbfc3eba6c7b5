package dev.heimdall.manager.edit;

import dev.heimdall.model.Configuration;
import java.nio.file.Path;
import java.util.List;

/** Whether the files that a configuration names hold what nodes can use. */
@FunctionalInterface
public interface FileCheck {
  /** What a node would reject of them. */
  List<Fault> faults(Configuration configuration);

  /**
   * @param document that names the file
   * @param words which setting and file, and what is wrong
   */
  record Fault(String document, String words) {
    /** Without the directory that documents are judged in. */
    Fault within(Path directory) {
      return new Fault(document, words.replace(directory + "/", ""));
    }
  }
}
