package dev.heimdall.cdk;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * Deployments of an earlier release, and the stacks that it made of them: an archive in {@code
 * releases}, whose page says how the next one is made.
 *
 * @param files what the deployments are made of, and these, by their paths
 * @param stacks by deployment and name
 * @param templates for those without the CDK, by the names of their files
 */
record KeptRelease(
    SortedMap<String, String> files,
    SortedMap<String, SortedMap<String, JsonNode>> stacks,
    SortedMap<String, String> templates) {
  static final Path RELEASES = Path.of("src", "test", "resources", "releases");

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String DEPLOYMENTS = "deployments/";
  private static final String STACKS = "stacks/";
  private static final String TEMPLATES = "templates/";
  private static final String SUFFIX = ".json";
  private static final String ARCHIVE = ".zip";

  /** Those that can be upgraded from, by name. */
  static SortedMap<String, KeptRelease> all() throws IOException {
    SortedMap<String, KeptRelease> all = new TreeMap<>();
    try (Stream<Path> archives = Files.list(RELEASES)) {
      for (Path archive : archives.filter(file -> file.toString().endsWith(ARCHIVE)).toList()) {
        all.put(archive.getFileName().toString().replace(ARCHIVE, ""), read(archive));
      }
    }
    return all;
  }

  static KeptRelease read(Path archive) throws IOException {
    SortedMap<String, String> files = new TreeMap<>();
    SortedMap<String, SortedMap<String, JsonNode>> stacks = new TreeMap<>();
    SortedMap<String, String> templates = new TreeMap<>();
    try (ZipFile zip = new ZipFile(archive.toFile())) {
      for (ZipEntry entry : zip.stream().toList()) {
        String name = entry.getName();
        byte[] content = zip.getInputStream(entry).readAllBytes();
        if (name.startsWith(STACKS)) {
          String[] of = name.substring(STACKS.length()).split("/");
          stacks
              .computeIfAbsent(of[0], any -> new TreeMap<>())
              .put(of[1].replace(SUFFIX, ""), JSON.readTree(content));
        } else if (name.startsWith(TEMPLATES)) {
          templates.put(
              name.substring(TEMPLATES.length()), new String(content, StandardCharsets.UTF_8));
        } else {
          files.put(name, new String(content, StandardCharsets.UTF_8));
        }
      }
    }
    return new KeptRelease(files, stacks, templates);
  }

  /** The text of one of its deployments. */
  String deployment(String name) {
    return files.get(DEPLOYMENTS + name + SUFFIX);
  }

  /** What is read besides, by paths below the folder of the repository. */
  void unpack(Path base) throws IOException {
    for (Map.Entry<String, String> file : files.entrySet()) {
      Path path = base.resolve(file.getKey());
      Files.createDirectories(path.getParent());
      Files.writeString(path, file.getValue());
    }
  }

  /** The same deployments and all samples, with stacks as they are made now. */
  KeptRelease next(Path samples, Path work) throws Exception {
    SortedMap<String, String> next = new TreeMap<>(files);
    try (Stream<Path> all = Files.walk(samples)) {
      for (Path file : all.filter(one -> one.toString().endsWith(SUFFIX)).toList()) {
        String name = samples.relativize(file).toString();
        next.put(
            name.contains("/") ? "cdk-app/samples/" + name : DEPLOYMENTS + name,
            Files.readString(file));
      }
    }
    KeptRelease made = new KeptRelease(next, new TreeMap<>(), new TreeMap<>());
    TemplatesOfToday.files()
        .forEach(
            (name, text) -> {
              if (name.endsWith(".yaml")) {
                made.templates.put(name, text);
              }
            });
    for (String file : next.keySet()) {
      if (file.startsWith(DEPLOYMENTS)) {
        String name = file.substring(DEPLOYMENTS.length()).replace(SUFFIX, "");
        made.stacks.put(
            name, new TreeMap<>(made.today(next.get(file), work.resolve(name)).templates()));
      }
    }
    return made;
  }

  /** A deployment file with this text, put together as it is now. */
  Assembly today(String deployment, Path work) throws Exception {
    unpack(Files.createDirectories(work.resolve("base")));
    return Assembly.of(deployment, work);
  }

  void write(Path archive) throws IOException {
    SortedMap<String, String> all = new TreeMap<>(files);
    stacks.forEach(
        (name, templates) ->
            templates.forEach(
                (stack, template) ->
                    all.put(STACKS + name + "/" + stack + SUFFIX, template.toString())));
    templates.forEach((name, text) -> all.put(TEMPLATES + name, text));
    try (OutputStream out = Files.newOutputStream(archive);
        ZipOutputStream zip = new ZipOutputStream(out)) {
      zip.setLevel(9);
      for (Map.Entry<String, String> file : all.entrySet()) {
        ZipEntry entry = new ZipEntry(file.getKey());
        entry.setTimeLocal(LocalDateTime.of(2000, 1, 1, 0, 0));
        zip.putNextEntry(entry);
        zip.write(file.getValue().getBytes(StandardCharsets.UTF_8));
        zip.closeEntry();
      }
    }
  }
}
