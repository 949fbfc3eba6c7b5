package dev.heimdall.manager.edit;

import dev.heimdall.model.Configuration;
import java.nio.file.Path;
import java.util.List;

/** Check that the files which a configuration names hold content that nodes can use. */
@FunctionalInterface
public interface FileCheck {
  /** Returns the faults for which a node would reject the files. */
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
