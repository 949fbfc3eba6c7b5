package dev.heimdall.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The {@code heimdall} script where it is installed beside its jars: how it starts the JVM. */
class HeimdallScriptTest {
  /** Says with what it was started, and what memory there is to be. */
  private static final String JAVA =
      """
      #!/bin/sh
      case "$*" in
        -version) echo 'openjdk version "17.0.15" 2025-04-15' >&2 ;;
        *memory-plan*)
          echo "planned: $*" >&2
          case "$*" in *wrong*) exit 3 ;; esac
          echo -Xms11m
          echo -Xmx11m ;;
        *) printf '%s\\n' "$@" ;;
      esac
      for word in "$@"; do
        case $word in
          -XX:ArchiveClassesAtExit=*) [ -e "$(dirname "$0")/fails" ] || echo cached >"${word#*=}" ;;
          -Xshare:on) [ ! -e "$(dirname "$0")/cuts" ] || exit 1 ;;
        esac
      done
      """;

  @TempDir private Path home;

  private record Run(int exitCode, String text) {}

  @BeforeEach
  void install() throws IOException {
    Files.copy(Path.of("../../heimdall"), home.resolve("heimdall"));
    Files.createDirectories(home.resolve("lib"));
    Files.createFile(home.resolve("lib/heimdall-launcher-1.jar"));
    Files.createDirectories(home.resolve("jdk/bin"));
    Path java = Files.writeString(home.resolve("jdk/bin/java"), JAVA);
    assertThat(java.toFile().setExecutable(true)).isTrue();
  }

  @Test
  void aMachinesFileLeadsToItsMemoryPlan() throws Exception {
    Run run = run("proxy", "--conf", "/some/heimdall.conf");

    assertThat(run.exitCode()).isZero();
    assertThat(run.text().lines())
        .anyMatch(
            line -> line.endsWith("memory-plan --options --role proxy --conf /some/heimdall.conf"))
        .contains("-Xmx11m", "-Dio.netty.leakDetection.level=disabled", "proxy")
        .containsSubsequence("-cp", home.toRealPath() + "/lib/*", "dev.heimdall.launcher.Heimdall")
        .doesNotContain("-Xmx512m");
  }

  @ParameterizedTest
  @CsvSource({
    "server, --options --role server --conf=/some.conf",
    "both, --options --role both --conf=/some.conf",
    "run, --options --conf=/some.conf"
  })
  void eachRoleHasItsPlan(String command, String asked) throws Exception {
    Run run = run(command, "--conf=/some.conf");

    assertThat(run.text().lines())
        .anyMatch(line -> line.endsWith("memory-plan " + asked))
        .contains("-Xmx11m", command)
        .doesNotContain("-Xmx512m");
  }

  @Test
  void aNodeWithADirectoryLeavesTheMachineItsMemory() throws Exception {
    Run run = run("proxy", "--config", "conf");

    assertThat(run.text().lines())
        .contains("-Dio.netty.allocator.lowMemory=false")
        .contains("-Xmx512m", "-XX:MaxDirectMemorySize=512m");
    assertThat(run.text()).doesNotContain("planned");
  }

  @ParameterizedTest
  @CsvSource({"proxy, true", "both, true", "run, true", "server, false", "doctor, false"})
  void nodesHaveLargePagesWhereTheKernelGivesThem(String command, boolean node) throws Exception {
    Path kernel = Path.of("/sys/kernel/mm/transparent_hugepage/enabled");
    boolean given = Files.isReadable(kernel) && !Files.readString(kernel).contains("[never]");

    List<String> words = run(command, "--config", "conf").text().lines().toList();

    assertThat(words.contains("-XX:+UseTransparentHugePages")).isEqualTo(node && given);
  }

  @ParameterizedTest
  @CsvSource({
    "proxy, 17.0.15, true",
    "run, 17.0.9, true",
    "proxy, 17.0.8.1, false",
    "proxy, 17, false",
    "proxy, 21, false",
    "proxy, 21.0.1, true",
    "proxy, 25, true",
    "server, 17.0.15, false",
    "doctor, 17.0.15, false"
  })
  void nodesGiveMemoryBackWhereJavaKnowsHow(String command, String version, boolean trims)
      throws Exception {
    Files.writeString(home.resolve("jdk/bin/java"), JAVA.replace("17.0.15", version));

    List<String> words = run(command, "--config", "conf").text().lines().toList();

    assertThat(words.contains("-XX:TrimNativeHeapInterval=60000")).isEqualTo(trims);
    assertThat(words.contains("-XX:+UnlockExperimentalVMOptions")).isEqualTo(trims);
  }

  @Test
  void whatIsWrongWithTheFileIsToldOnceAndNothingStarts() throws Exception {
    Run run = run("proxy", "--conf=/wrong.conf");

    assertThat(run.exitCode()).isEqualTo(3);
    assertThat(run.text().lines()).singleElement().asString().startsWith("planned");
  }

  @Test
  void otherCommandsTakeLittle() throws Exception {
    assertThat(run("doctor", "--conf", "/some/heimdall.conf").text())
        .contains("-Xmx512m")
        .doesNotContain("planned");
  }

  @Test
  void anInstallationHasNoDemo() throws Exception {
    Run run = run("demo");

    assertThat(run.exitCode()).isEqualTo(4);
    assertThat(run.text()).contains("the demo runs in a source tree only");
  }

  @Test
  void classesAreCachedForThisJavaAndTheseJars() throws Exception {
    Run prepared = run("prepare");

    assertThat(prepared.exitCode()).as(prepared.text()).isZero();
    Path cache = onlyCache();
    assertThat(prepared.text()).endsWith(cache + "\n");
    String jars = home.toRealPath() + "/lib/heimdall-launcher-1.jar";
    assertThat(run("proxy", "--config", "conf").text().lines())
        .containsSubsequence(
            "-XX:SharedArchiveFile=" + cache, "-cp", jars, "dev.heimdall.launcher.Heimdall");
    assertThat(run("run", "--conf=/some.conf").text().lines())
        .anyMatch(line -> line.contains("SharedArchiveFile") && line.contains("memory-plan"));

    Files.writeString(home.resolve("lib/heimdall-launcher-1.jar"), "another release");

    assertThat(run("proxy", "--config", "conf").text()).doesNotContain("SharedArchiveFile");
  }

  @Test
  void aNewCacheTakesThePlaceOfTheLastOne() throws Exception {
    run("prepare");
    Path before = onlyCache();
    Files.writeString(home.resolve("lib/heimdall-launcher-1.jar"), "another release");

    run("prepare");

    assertThat(onlyCache()).isNotEqualTo(before);
  }

  @Test
  void whoeverWantsNoCacheHasNone() throws Exception {
    run("prepare");

    assertThat(run(Map.of("HEIMDALL_CLASS_CACHE", "no"), "proxy", "--config", "conf").text())
        .doesNotContain("SharedArchiveFile");
  }

  @Test
  void aNewerJavaHasProfilesInIt() throws Exception {
    Path java = home.resolve("jdk/bin/java");
    Files.writeString(
        java, JAVA.replace("17.0.15", "25.0.3").replace("ArchiveClassesAtExit", "AOTCacheOutput"));

    run("prepare");

    assertThat(run("proxy", "--config", "conf").text()).contains("-XX:AOTCache=" + onlyCache());
  }

  @ParameterizedTest
  @CsvSource({"fails", "cuts"})
  void aCacheThatIsNotWholeIsNotKept(String how) throws Exception {
    Files.createFile(home.resolve("jdk/bin").resolve(how));

    Run prepared = run("prepare");

    assertThat(prepared.exitCode()).isEqualTo(4);
    assertThat(prepared.text()).contains("could not write a cache to " + home.toRealPath());
    assertThat(home.resolve("cache")).isEmptyDirectory();
  }

  /** Java that is asked to end begins to write its cache, for longer than it is given. */
  @Test
  void aCacheThatTookTooLongLeavesNothing() throws Exception {
    Path begun = home.resolve("begun");
    Files.writeString(
        home.resolve("jdk/bin/java"),
        JAVA
            + """
              case "$*" in *ArchiveClassesAtExit*)
                trap '' TERM
                echo $$ >"%1$s.new" && mv "%1$s.new" "%1$s"
                for i in $(seq 600); do sleep 0.1; done
              esac
              """
                .formatted(begun));
    Process limited =
        heimdall(Map.of(), List.of("timeout", "-k", "20", "60"), "prepare")
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    while (!Files.exists(begun) && limited.isAlive()) {
      limited.waitFor(20, TimeUnit.MILLISECONDS);
    }
    ProcessHandle java =
        ProcessHandle.of(Long.parseLong(Files.readString(begun).strip())).orElseThrow();

    limited.destroy(); // timeout ends all that it has started

    limited.waitFor();
    java.onExit().get(60, TimeUnit.SECONDS);
    assertThat(home.resolve("cache")).isEmptyDirectory();
  }

  @Test
  void whatOthersLeftLongAgoIsRemoved() throws Exception {
    Path cache = Files.createDirectories(home.resolve("cache"));
    Path old = Files.createFile(cache.resolve("classes-1-2.new"));
    Files.setLastModifiedTime(old, FileTime.from(Instant.now().minus(Duration.ofHours(2))));
    Path recent = Files.createFile(cache.resolve("classes-3-4.new.log"));

    assertThat(run("prepare").exitCode()).isZero();

    assertThat(old).doesNotExist();
    assertThat(recent).exists();
  }

  private Path onlyCache() throws IOException {
    try (Stream<Path> files = Files.list(home.toRealPath().resolve("cache"))) {
      List<Path> all = files.toList();
      assertThat(all).hasSize(1);
      return all.get(0);
    }
  }

  private Run run(String... arguments) throws Exception {
    return run(Map.of(), arguments);
  }

  private Run run(Map<String, String> environment, String... arguments) throws Exception {
    Process process = heimdall(environment, List.of(), arguments).start();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Run(process.waitFor(), text);
  }

  private ProcessBuilder heimdall(
      Map<String, String> environment, List<String> before, String... arguments) {
    List<String> command = new ArrayList<>(before);
    command.add(home.resolve("heimdall").toString());
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("JAVA_HOME", home.resolve("jdk").toString());
    builder.environment().remove("HEIMDALL_JAVA_OPTS");
    builder.environment().put("XDG_CACHE_HOME", home.resolve("elsewhere").toString());
    builder.environment().putAll(environment);
    return builder;
  }
}
