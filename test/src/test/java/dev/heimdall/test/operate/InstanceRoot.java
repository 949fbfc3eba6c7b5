package dev.heimdall.test.operate;

import dev.heimdall.test.fixture.Ended;
import dev.heimdall.test.fixture.Toolchain;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Assumptions;

/**
 * The root directory of an instance of Amazon Linux, in which user data runs as it is, byte for
 * byte, as root, and writes to {@code /etc}, {@code /opt} and {@code /var}. Programs are those of
 * this machine: bash, tar, coreutils, useradd, mount, sysctl, curl, Java. Small scripts stand for
 * what asks AWS, for packages and for systemd ({@code src/test/resources/instance/bin}); they note
 * their calls. Mounts, processes and the network are in namespaces, and end with the boot.
 */
final class InstanceRoot {
  private static final Path SCRIPTS =
      Path.of("src", "test", "resources", "instance").toAbsolutePath();

  private static final List<String> NAMESPACES =
      List.of(
          "unshare", "--mount", "--net", "--pid", "--ipc", "--uts", "--fork", "--kill-child=KILL");

  /** That a test that hangs hangs no longer. */
  private static final long MINUTES = 5;

  static final String UNLIMITED = "0";

  private final Path folder;

  /** What new files may be, for who starts the boot. */
  private String umask = "0022";

  /** What came of it. */
  record Boot(int exitCode, String output, List<String> calls) {
    /** What CloudFormation is told. */
    String signal() {
      return calls.stream()
          .filter(call -> call.startsWith("cfn-signal "))
          .reduce(
              (first, second) -> {
                throw new AssertionError("two signals: " + first + " and " + second);
              })
          .orElse("none");
    }
  }

  /** Leaves the test out where there are no namespaces for it, and says why. */
  static void assumePossible() throws Exception {
    if (!System.getProperty("user.name").equals("root")) {
      Assumptions.abort("a root directory of one's own takes root: UserDataTest has a folder");
    }
    Toolchain.need("instance-tools", "an instance's root directory");
    List<String> command = new ArrayList<>(NAMESPACES);
    command.addAll(
        List.of(
            "sh",
            "-c",
            "mount -t tmpfs t /mnt && mkdir /mnt/u /mnt/w /mnt/m /mnt/p"
                + " && mount -t overlay -o lowerdir=/usr,upperdir=/mnt/u,workdir=/mnt/w o /mnt/m"
                + " && mount -t proc p /mnt/p && ip link add eth0 type veth peer name switch"
                + " && chroot / true"));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes());
    if (process.waitFor() != 0) {
      Assumptions.abort(
          "this machine forbids namespaces, or mounts in them, and UserDataTest has a folder: "
              + said.strip());
    }
  }

  /**
   * Lays it out.
   *
   * @param folder that is empty
   */
  InstanceRoot(Path folder) throws IOException {
    this.folder = folder;
    Files.createFile(folder.resolve("console"));
    for (String directory : List.of("disk", "usr/bin", "usr/sbin", "instance/packages")) {
      Files.createDirectories(folder.resolve(directory));
    }
    for (String program : List.of("aws", "dnf", "systemctl", "journalctl")) {
      program("usr/bin/" + program, program);
    }
    write("etc/passwd", "root:x:0:0:root:/root:/bin/bash\n");
    write("etc/group", "root:x:0:\n");
    write("etc/shadow", "root:*:19000:0:99999:7:::\n");
    write("etc/login.defs", "SYS_UID_MIN 201\nSYS_UID_MAX 999\nSYS_GID_MIN 201\nSYS_GID_MAX 999\n");
    write("etc/fstab", "");
    write("etc/nsswitch.conf", "passwd: files\ngroup: files\nshadow: files\nhosts: files dns\n");
    write("etc/hosts", "127.0.0.1 localhost\n");
    Files.createDirectories(disk("etc/ssl/certs"));
    Files.createDirectories(disk("etc/sysctl.d"));
    Files.createDirectories(disk("etc/systemd/system"));
    write("var/lib/cloud/data/instance-id", "i-07\n");
    ofThisMachine("etc/ld.so.cache");
    packed("amazon-efs-utils", "usr/sbin/mount.efs", "mount.efs");
    String agent = "opt/aws/amazon-cloudwatch-agent/bin/amazon-cloudwatch-agent-ctl";
    packed("amazon-cloudwatch-agent", agent, "note");
    program("disk/opt/aws/bin/cfn-signal", "note");
    Path java = folder.resolve("instance/packages/java-21-amazon-corretto-headless/usr/bin");
    Files.createDirectories(java);
    Files.createSymbolicLink(java.resolve("java"), Path.of("/usr/lib/jvm-of-the-package/bin/java"));
  }

  /** Of the disk. */
  Path disk(String path) {
    return folder.resolve("disk").resolve(path);
  }

  /** Of a disk with a limit, as it was in the end. */
  Path after(String path) {
    return folder.resolve("after").resolve(path);
  }

  /** Of what stand-ins know. */
  Path instance(String path) {
    return folder.resolve("instance").resolve(path);
  }

  /** Of programs that the instance has and this machine has not. */
  Path usr(String path) {
    return folder.resolve("usr").resolve(path);
  }

  Path console() {
    return folder.resolve("console");
  }

  /** How many connections may wait, in the network of the boot. */
  String somaxconn() throws IOException {
    return Files.readString(folder.resolve("somaxconn")).strip();
  }

  void write(String path, String text) throws IOException {
    Files.createDirectories(disk(path).getParent());
    Files.writeString(disk(path), text);
  }

  /** Says something to stand-ins, such as that there is no network. */
  void fact(String name) throws IOException {
    Files.createFile(instance(name));
  }

  /** Who waits waits a fiftieth of the time, and his clock goes as if it had been all of it. */
  void hurried() throws IOException {
    program("usr/bin/sleep", "sleep");
    Files.copy(SCRIPTS.resolve("clock"), instance("clock"));
  }

  /** The next boot has all the time. */
  void unhurried() throws IOException {
    Files.delete(folder.resolve("usr/bin/sleep"));
    Files.delete(instance("clock"));
  }

  /** The image has one. */
  void withJava() throws IOException {
    Files.createSymbolicLink(
        folder.resolve("usr/bin/java"), Path.of("/usr/lib/jvm-of-the-package/bin/java"));
  }

  private void packed(String name, String path, String program) throws IOException {
    program("instance/packages/" + name + "/" + path, program);
  }

  private void program(String path, String script) throws IOException {
    Path file = folder.resolve(path);
    Files.createDirectories(file.getParent());
    Files.copy(SCRIPTS.resolve("bin").resolve(script), file);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private void ofThisMachine(String path) throws IOException {
    Path from = Path.of("/", path);
    if (Files.isRegularFile(from)) {
      try (InputStream in = Files.newInputStream(from)) {
        Files.copy(in, disk(path));
      }
    }
  }

  /** New files are their owner's alone, unless the boot says otherwise. */
  void strict() {
    umask = "0077";
  }

  Boot boot(String userData) throws Exception {
    return boot(userData, UNLIMITED);
  }

  /**
   * As cloud-init does: the script is a file that is run.
   *
   * @param disk how large it is, as mount(8) reads it
   */
  Boot boot(String userData, String disk) throws Exception {
    String script = "/var/lib/cloud/instance/scripts/part-001";
    write(script.substring(1), userData);
    Files.setPosixFilePermissions(
        disk(script.substring(1)), PosixFilePermissions.fromString("rwx------"));
    Files.deleteIfExists(instance("calls"));
    List<String> command = new ArrayList<>(NAMESPACES);
    command.addAll(
        List.of(
            SCRIPTS.resolve("enter").toString(),
            folder.toString(),
            System.getProperty("java.home"),
            disk,
            script,
            umask));
    Ended ended = Ended.of(new ProcessBuilder(command), folder.resolve("output"), MINUTES);
    return new Boot(
        ended.exitCode(),
        ended.text(),
        Files.exists(instance("calls")) ? Files.readAllLines(instance("calls")) : List.of());
  }

  /**
   * Files and directories that are there, each with its mode and owner, as {@code rw-r--r-- root
   * root}, by path.
   *
   * @param top below which it is looked
   */
  Map<String, String> files(String top) throws IOException {
    Map<String, String> files = new TreeMap<>();
    Path disk = folder.resolve("disk");
    Map<String, String> users = names("etc/passwd");
    Map<String, String> groups = names("etc/group");
    Files.walkFileTree(
        disk.resolve(top),
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path path, BasicFileAttributes attributes)
              throws IOException {
            files.put("/" + disk.relativize(path), of(path));
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path path, BasicFileAttributes attributes)
              throws IOException {
            files.put(
                "/" + disk.relativize(path),
                attributes.isSymbolicLink() ? "-> " + Files.readSymbolicLink(path) : of(path));
            return FileVisitResult.CONTINUE;
          }

          private String of(Path path) throws IOException {
            return PosixFilePermissions.toString(
                    Files.getPosixFilePermissions(path, LinkOption.NOFOLLOW_LINKS))
                + " "
                + users.get(Files.getAttribute(path, "unix:uid").toString())
                + " "
                + groups.get(Files.getAttribute(path, "unix:gid").toString());
          }
        });
    return files;
  }

  private Map<String, String> names(String file) throws IOException {
    Map<String, String> names = new TreeMap<>();
    for (String line : Files.readAllLines(disk(file))) {
      String[] fields = line.split(":");
      names.put(fields[2], fields[0]);
    }
    return names;
  }
}
