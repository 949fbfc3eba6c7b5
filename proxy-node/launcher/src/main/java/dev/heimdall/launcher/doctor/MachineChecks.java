package dev.heimdall.launcher.doctor;

import dev.heimdall.launcher.process.Machine;
import dev.heimdall.model.ServerAddress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The machine itself: who it is, its room, its limits, and the file system that it mounts. */
final class MachineChecks {
  private static final long LEAST_ROOM = 512L << 20;
  private static final long LEAST_FILES = 65_536;
  private static final int NFS = 2049;
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private static final Pattern FILES = Pattern.compile("(?m)^Max open files\\s+\\S+\\s+(\\S+)");
  private static final Pattern MOUNT = Pattern.compile("(fs-[0-9a-f]+)\\S*\\s+(\\S+)\\s+efs\\b.*");

  /** Of the node's unit, whose limits a shell does not have. */
  private static final String PROCESSES =
      "sys/fs/cgroup/system.slice/heimdall.service/cgroup.procs";

  private final Path root;

  /**
   * @param root of the machine's files
   */
  MachineChecks(Path root) {
    this.root = root;
  }

  List<Check> of(MachineLocation here, BootFile boot, String region) {
    List<Check> checks = new ArrayList<>();
    boolean looked = here.instance().isPresent() || here.trouble().isPresent();
    if (looked) {
      checks.add(new Check("instance metadata", true, () -> metadata(here)));
    }
    if (here.instance().isPresent()) {
      checks.add(new Check("role of the instance", true, () -> role(here)));
    }
    for (String directory : List.of("var/lib/heimdall", "var/log", "tmp")) {
      checks.add(new Check("disk, /" + directory, true, () -> room(root.resolve(directory))));
    }
    checks.add(new Check("open files", true, this::openFiles));
    boot.mount().ifPresent(line -> checks.addAll(mount(line, here, region)));
    return checks;
  }

  private static Check.Outcome metadata(MachineLocation here) {
    return here.trouble()
        .map(
            trouble ->
                new Check.Outcome(
                    State.UNREACHABLE,
                    trouble
                        + ". The instance's metadata have to be enabled (HttpEndpoint), for tokens"
                        + " (IMDSv2), with a hop limit of 1, or 2 in a container"))
        .orElseGet(
            () ->
                Check.Outcome.ok(
                    "%s in %s, %s in %s, security groups %s"
                        .formatted(
                            here.instance().get().id(),
                            here.instance().get().zone(),
                            here.subnet().isEmpty() ? "a subnet" : here.subnet(),
                            here.vpc().isEmpty() ? "a network" : here.vpc(),
                            here.groups())));
  }

  private static Check.Outcome role(MachineLocation here) {
    return here.role()
        .map(Check.Outcome::ok)
        .orElseGet(
            () ->
                new Check.Outcome(
                    State.NO_CREDENTIALS,
                    "the instance has none: its launch template has to name the instance profile of"
                        + " a role with the policy templates/iam/node.json or manager.json"));
  }

  private static Check.Outcome room(Path directory) {
    Path there = directory;
    while (!Files.exists(there) && there.getParent() != null) {
      there = there.getParent();
    }
    try {
      FileStore store = Files.getFileStore(there);
      String told = Machine.mebibytes(store.getUsableSpace()) + " left";
      return store.getUsableSpace() >= LEAST_ROOM
          ? Check.Outcome.ok(told)
          : new Check.Outcome(
              State.FAILED,
              told
                  + ", %s are needed: journalctl --vacuum-size=100M, or a larger volume"
                      .formatted(Machine.mebibytes(LEAST_ROOM)));
    } catch (IOException e) {
      return new Check.Outcome(State.FAILED, String.valueOf(e.getMessage()));
    }
  }

  /** The process that runs, or this one where none does. */
  private Check.Outcome openFiles() {
    try {
      Path processes = root.resolve(PROCESSES);
      Optional<String> running =
          Files.exists(processes) ? Files.readAllLines(processes).stream().findFirst() : none();
      Path limits = root.resolve("proc/" + running.orElse("self") + "/limits");
      Matcher matcher = FILES.matcher(Files.readString(limits, StandardCharsets.UTF_8));
      if (!matcher.find()) {
        return new Check.Outcome(State.FAILED, limits + " does not say it");
      }
      String whose = running.isPresent() ? "of heimdall.service" : "of this shell; no node runs";
      String limit = matcher.group(1);
      boolean enough = limit.equals("unlimited") || Long.parseLong(limit) >= LEAST_FILES;
      return enough || running.isEmpty()
          ? Check.Outcome.ok(limit + ", " + whose)
          : new Check.Outcome(
              State.FAILED,
              "%s, %s: each client and server connection is one. LimitNOFILE of the unit has to be %d or more"
                  .formatted(limit, whose, LEAST_FILES));
    } catch (IOException e) {
      return new Check.Outcome(State.FAILED, "cannot be read: " + e.getMessage());
    }
  }

  private static Optional<String> none() {
    return Optional.empty();
  }

  /** Checks that the file system is where it belongs, and that it is reached. */
  private List<Check> mount(String line, MachineLocation here, String region) {
    Matcher matcher = MOUNT.matcher(line);
    if (!matcher.matches()) {
      return List.of();
    }
    String suffix = region.startsWith("cn-") ? ".amazonaws.com.cn" : ".amazonaws.com";
    ServerAddress server = new ServerAddress(matcher.group(1) + ".efs." + region + suffix, NFS);
    String at = matcher.group(2);
    return List.of(
        new Check(
            "file system, " + server, true, () -> ServerChecks.connect(server, PATIENCE, here)),
        new Check("file system, mounted at " + at, true, () -> mounted(at, server)));
  }

  private Check.Outcome mounted(String at, ServerAddress server) {
    try {
      boolean there =
          Files.readAllLines(root.resolve("proc/self/mounts")).stream()
              .map(mount -> mount.split(" "))
              .anyMatch(mount -> mount.length > 1 && mount[1].equals(at));
      return there
          ? Check.Outcome.ok(at)
          : new Check.Outcome(
              State.FAILED,
              ("it is not: `mount %s` says why. It takes elasticfilesystem:ClientMount on the file"
                      + " system, and %s in reach")
                  .formatted(at, server));
    } catch (IOException e) {
      return new Check.Outcome(State.FAILED, String.valueOf(e.getMessage()));
    }
  }
}
