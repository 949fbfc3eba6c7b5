package dev.heimdall.launcher.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A machine in a folder. */
class MachineChecksTest {
  private static final String LIMITS =
      """
      Limit                     Soft Limit           Hard Limit           Units
      Max processes             127000               127000               processes
      Max open files            1024                 %s               files
      """;

  @TempDir private Path root;

  @BeforeEach
  void proc() throws IOException {
    write("proc/self/limits", LIMITS.formatted("4096"));
    write("proc/self/mounts", "proc /proc proc rw 0 0\n127.0.0.1:/ /mnt/heimdall nfs4 ro 0 0\n");
  }

  private void write(String file, String text) throws IOException {
    Path path = root.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }

  private Check.Outcome look(String what, Optional<String> mount) {
    return new MachineChecks(root)
            .of(
                MachineLocation.unknown(),
                new BootFile(Optional.empty(), Optional.empty(), mount),
                "eu-west-1")
            .stream()
            .filter(check -> check.what().startsWith(what))
            .findFirst()
            .orElseThrow()
            .look()
            .get();
  }

  @Test
  void theFilesOfTheNodesUnitCountAndNotThoseOfTheShell() throws IOException {
    assertThat(look("open files", Optional.empty()))
        .isEqualTo(Check.Outcome.ok("4096, of this shell; no node runs"));
    write("sys/fs/cgroup/system.slice/heimdall.service/cgroup.procs", "77\n78\n");
    write("proc/77/limits", LIMITS.formatted("1048576"));
    assertThat(look("open files", Optional.empty()))
        .isEqualTo(Check.Outcome.ok("1048576, of heimdall.service"));
    write("proc/77/limits", LIMITS.formatted("1024"));
    assertThat(look("open files", Optional.empty()))
        .satisfies(outcome -> assertThat(outcome.state()).isEqualTo(State.FAILED))
        .satisfies(
            outcome -> assertThat(outcome.detail()).contains("1024", "LimitNOFILE", "65536"));
  }

  @Test
  void aFileSystemThatIsMountedIsWell() {
    String line = "fs-01:/ /mnt/heimdall efs _netdev,nofail,ro,tls,iam 0 0";
    assertThat(look("file system, mounted", Optional.of(line)))
        .isEqualTo(Check.Outcome.ok("/mnt/heimdall"));
    assertThat(look("file system, mounted", Optional.of(line.replace("/mnt/heimdall", "/mnt/h"))))
        .satisfies(outcome -> assertThat(outcome.state()).isEqualTo(State.FAILED));
  }

  @Test
  void roomIsLookedAtWhereTheDirectoryWillBe() {
    assertThat(look("disk, /var/lib/heimdall", Optional.empty()).detail()).contains(" MiB left");
  }

  @Test
  void whatTheBootSaidStandsBesideTheMachinesFile() throws IOException {
    write("etc/heimdall.boot", "release=s3://b/k=1\nlogGroup=\nmount=\n");
    assertThat(BootFile.beside(root.resolve("etc/heimdall.conf")))
        .isEqualTo(new BootFile(Optional.of("s3://b/k=1"), Optional.empty(), Optional.empty()));
    assertThat(BootFile.beside(root.resolve("nowhere/heimdall.conf")))
        .isEqualTo(new BootFile(Optional.empty(), Optional.empty(), Optional.empty()));
  }

  @Test
  void aMachineWhoseMetadataNobodyAskedForHasNoCheckOfThem() {
    assertThat(
            new MachineChecks(root)
                    .of(
                        MachineLocation.unknown(),
                        new BootFile(Optional.empty(), Optional.empty(), Optional.empty()),
                        "")
                    .stream()
                    .map(Check::what)
                    .toList())
        .isEqualTo(
            List.of("disk, /var/lib/heimdall", "disk, /var/log", "disk, /tmp", "open files"));
  }
}
