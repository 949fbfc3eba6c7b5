package dev.heimdall.packaging;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/** The libraries that are packed, each with its licences, from their list in CycloneDX. */
final class Licences {
  private static final String OWN = "dev.heimdall";

  private Licences() {}

  /**
   * Writes them.
   *
   * @throws IllegalArgumentException one names none
   */
  static String of(JsonNode bom) {
    TreeSet<String> lines = new TreeSet<>();
    for (JsonNode library : bom.path("components")) {
      if (library.path("group").asText().equals(OWN)) {
        continue;
      }
      String name =
          "%s:%s %s"
              .formatted(
                  library.path("group").asText(),
                  library.path("name").asText(),
                  library.path("version").asText());
      List<String> licences = new ArrayList<>();
      for (JsonNode one : library.path("licenses")) {
        JsonNode licence = one.path("license");
        licences.add(
            one.has("expression")
                ? one.get("expression").asText()
                : licence.path("id").asText(licence.path("name").asText()));
      }
      if (licences.isEmpty()) {
        throw new IllegalArgumentException("no licence is known of " + name);
      }
      lines.add(name + ": " + String.join(" or ", licences));
    }
    return "Heimdall is under the Apache License 2.0. It comes with these libraries, each under a\n"
        + "licence of its own; where several are named, under one of these as its authors say.\n\n"
        + String.join("\n", lines)
        + "\n";
  }
}
