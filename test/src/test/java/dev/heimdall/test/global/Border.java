package dev.heimdall.test.global;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Looks at the connections of processes: one of a region may have none that leaves the region but
 * by a relay, which listens at an address of the region.
 */
final class Border {
  private static final String ESTABLISHED = "01";
  private static final String LISTENING = "0A";
  private static final String SOCKET = "socket:[";

  private Border() {}

  /** A connection as the kernel lists it. */
  private record Connection(int localPort, String remote, int remotePort) {}

  /**
   * Connections of a process, and of those that it has started, that lead out of its region.
   *
   * @param allowed other places that they may connect to, each with its port
   */
  static List<String> crossedBy(ProcessHandle process, Region region, Set<String> allowed)
      throws IOException {
    Set<String> inodes = inodes(process);
    List<Connection> own = new ArrayList<>();
    Set<Integer> listening = new HashSet<>();
    sockets(inodes, own, listening);
    List<String> found = new ArrayList<>();
    for (Connection one : own) {
      boolean accepted = listening.contains(one.localPort());
      String remote = one.remote() + ":" + one.remotePort();
      // A process talks to itself sometimes: to a port on which it listens.
      boolean within =
          one.remote().startsWith(region.prefix()) || listening.contains(one.remotePort());
      if (!accepted && !within && !allowed.contains(remote)) {
        found.add(region + ", process " + process.pid() + ": connected to " + remote);
      }
    }
    return found;
  }

  private static void sockets(
      Set<String> inodes, List<Connection> connections, Set<Integer> listening) throws IOException {
    for (String table : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
      List<String> lines = Files.readAllLines(Path.of(table));
      for (String line : lines.subList(1, lines.size())) {
        String[] fields = line.strip().split(" +");
        if (!inodes.contains(fields[9])) {
          continue;
        }
        String[] local = fields[1].split(":");
        String[] remote = fields[2].split(":");
        int port = Integer.parseInt(local[1], 16);
        if (fields[3].equals(LISTENING)) {
          listening.add(port);
        } else if (fields[3].equals(ESTABLISHED)) {
          connections.add(
              new Connection(port, address(remote[0]), Integer.parseInt(remote[1], 16)));
        }
      }
    }
  }

  /** The last four bytes, which the kernel prints as a number of this machine. */
  private static String address(String hex) {
    String last = hex.substring(hex.length() - 8);
    List<String> parts = new ArrayList<>();
    for (int i = 6; i >= 0; i -= 2) {
      parts.add("" + Integer.parseInt(last.substring(i, i + 2), 16));
    }
    return String.join(".", parts);
  }

  private static Set<String> inodes(ProcessHandle process) throws IOException {
    Set<String> found = new HashSet<>();
    List<ProcessHandle> family = new ArrayList<>(List.of(process));
    process.descendants().forEach(family::add);
    for (ProcessHandle one : family) {
      try (DirectoryStream<Path> files =
          Files.newDirectoryStream(Path.of("/proc/" + one.pid() + "/fd"))) {
        for (Path file : files) {
          String target = Files.readSymbolicLink(file).toString();
          if (target.startsWith(SOCKET)) {
            found.add(target.substring(SOCKET.length(), target.length() - 1));
          }
        }
      } catch (NoSuchFileException e) {
        // It has ended meanwhile, or closed that.
      }
    }
    return found;
  }
}
