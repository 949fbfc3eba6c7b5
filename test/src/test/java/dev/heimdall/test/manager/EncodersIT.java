package dev.heimdall.test.manager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.heimdall.test.fixture.Toolchain;
import dev.heimdall.test.manager.Rest.Said;
import java.io.File;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What other languages read of a manager and write back, with their own encoders as they are. */
@Tag("long")
class EncodersIT {
  private static final String SOURCE =
      """
      {
        "url": "jdbc:postgresql://db.example", "user": "app <\\u00e9> & co",
        "password": "canary <&> \\u2028 \\u00e9",
        "cluster": {"probe": {"user": "p", "password": "canary"}}
      }
      """;

  @TempDir private Path directory;
  private Running manager;

  /** Reads {@code in.json} in its directory and writes it to its output. */
  private enum Language {
    PYTHON(
        "main.py", "import json\nprint(json.dumps(json.load(open('in.json', encoding='utf-8'))))") {
      @Override
      List<List<String>> commands() {
        return List.of(List.of("python3", file()));
      }
    },
    NODE(
        "main.js",
        "process.stdout.write(JSON.stringify(JSON.parse(require('fs').readFileSync('in.json', 'utf8'))))") {
      @Override
      List<List<String>> commands() {
        return List.of(List.of("node", file()));
      }
    },
    GO(
        "main.go",
        """
        package main

        import (
          "encoding/json"
          "os"
        )

        func main() {
          text, _ := os.ReadFile("in.json")
          var value any
          if err := json.Unmarshal(text, &value); err != nil {
            panic(err)
          }
          out, _ := json.Marshal(value)
          os.Stdout.Write(out)
        }
        """) {
      @Override
      List<List<String>> commands() {
        return List.of(List.of("go", "run", file()));
      }
    },
    TERRAFORM("main.tf", "output \"it\" { value = jsonencode(jsondecode(file(\"in.json\"))) }\n") {
      @Override
      List<List<String>> commands() {
        return List.of(
            List.of("terraform", "apply", "-auto-approve", "-no-color"),
            List.of("terraform", "output", "-raw", "it"));
      }
    };

    private final String file;
    private final String program;

    Language(String file, String program) {
      this.file = file;
      this.program = program;
    }

    String file() {
      return file;
    }

    /** The last one's output counts. */
    abstract List<List<String>> commands();

    String encode(String json, Path directory) throws Exception {
      Files.writeString(directory.resolve("in.json"), json);
      Files.writeString(directory.resolve(file), program);
      Path output = directory.resolve("out.json");
      for (List<String> command : commands()) {
        assumeTrue(isThere(command.get(0)), command.get(0) + " is not installed");
        ProcessBuilder builder =
            new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectError(directory.resolve("errors").toFile())
                .redirectOutput(output.toFile());
        builder.environment().put("GOFLAGS", "-mod=mod");
        builder.environment().put("GOTOOLCHAIN", "local");
        Process process = builder.start();
        try {
          assertThat(process.waitFor(2, TimeUnit.MINUTES)).as("%s", command).isTrue();
        } finally {
          Toolchain.end(process);
        }
        assertThat(process.exitValue())
            .as("%s: %s", command, Files.readString(directory.resolve("errors")))
            .isZero();
      }
      return Files.readString(output);
    }

    private static boolean isThere(String command) {
      return Stream.of(System.getenv("PATH").split(Pattern.quote(File.pathSeparator)))
          .anyMatch(folder -> Files.isExecutable(Path.of(folder, command)));
    }
  }

  @BeforeEach
  void start() throws IOException {
    Path configuration = directory.resolve("configuration");
    Files.createDirectories(configuration.resolve("sources"));
    Files.createDirectories(configuration.resolve("vdbs"));
    Files.writeString(configuration.resolve("sources/main.json"), SOURCE);
    Files.writeString(
        configuration.resolve("vdbs/shop.json"), "{\"ports\": [5050], \"source\": \"main\"}");
    manager = Running.start(directory, Map.of(), "--config=" + configuration);
  }

  @AfterEach
  void end() throws InterruptedException {
    manager.close();
  }

  private Said write(String method, String type, String path, String body, String etag)
      throws Exception {
    return manager
        .rest()
        .send(
            manager
                .rest()
                .request(path)
                .header("Content-Type", type)
                .header("If-Match", etag)
                .method(method, HttpRequest.BodyPublishers.ofString(body)));
  }

  @ParameterizedTest
  @EnumSource
  void whatIsWrittenUnchangedStaysToTheByte(Language language) throws Exception {
    Path work = Files.createDirectory(directory.resolve("work"));
    for (String path : List.of("/api/v1/sources/main", "/api/v1/documents/sources/main.json")) {
      Said read = manager.rest().get(path);
      String sent = language.encode(read.body(), work);

      Said put = write("PUT", "application/json", path, sent, read.etag());

      assertThat(put.status()).as("%s", put).isEqualTo(200);
      assertThat(put.etag()).isEqualTo(read.etag());
    }
    Said read = manager.rest().get("/api/v1/sources/main");
    String sent = language.encode(read.body(), work);
    Said patch =
        write("PATCH", "application/merge-patch+json", "/api/v1/sources/main", sent, read.etag());
    assertThat(patch.status()).as("%s", patch).isEqualTo(200);
    assertThat(patch.etag()).isEqualTo(read.etag());

    assertThat(directory.resolve("configuration/sources/main.json")).hasContent(SOURCE);
  }
}
