package dev.heimdall.test.tds;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ConcurrentSkipListSet;

/**
 * Several stand-ins with an availability group of their user databases, all with synchronous
 * commit: what the primary has acknowledged is in the log that all of them redo.
 */
public final class AvailabilityGroup implements AutoCloseable {
  final GroupLog log = new GroupLog();
  final UUID id = UUID.randomUUID();
  final Set<String> databases = new TreeSet<>();
  final Set<String> denied = new ConcurrentSkipListSet<>();
  private final List<GroupMember> members = new ArrayList<>();
  private volatile String failure;

  private AvailabilityGroup() {}

  /**
   * Starts so many servers as {@link TdsOptions#standard()} describes them; the first is primary.
   */
  public static AvailabilityGroup start(int servers) {
    return start(servers, TdsOptions.standard());
  }

  /** Starts so many servers; the first one is the primary. */
  public static AvailabilityGroup start(int servers, TdsOptions options) {
    AvailabilityGroup group = new AvailabilityGroup();
    group.databases.addAll(options.databases());
    for (int i = 1; i <= servers; i++) {
      TdsServer server = TdsServer.start(options);
      GroupMember member = new GroupMember(group, server, "SQL" + i);
      member.role = i == 1 ? GroupMember.Role.PRIMARY : GroupMember.Role.SECONDARY;
      group.members.add(member);
      server.join(member);
      member.start();
    }
    return group;
  }

  /** Without servers: what a server has that is in no group. */
  static AvailabilityGroup none() {
    AvailabilityGroup none = new AvailabilityGroup();
    none.databases.add("master");
    return none;
  }

  List<GroupMember> members() {
    return members;
  }

  /** The servers, in the order of their start. */
  public List<TdsServer> servers() {
    return members.stream().map(member -> member.server).toList();
  }

  /** Server by its place in that order, from 0. */
  public TdsServer server(int index) {
    return members.get(index).server;
  }

  /** The primary, be it down; null while there is none. */
  public TdsServer primary() {
    return members.stream()
        .filter(member -> member.role == GroupMember.Role.PRIMARY)
        .map(member -> member.server)
        .findFirst()
        .orElse(null);
  }

  private GroupMember of(TdsServer server) {
    return members.stream().filter(member -> member.server == server).findFirst().orElseThrow();
  }

  /** Fails over to a server without loss. Clients of the former primary are disconnected. */
  public void promote(TdsServer server) {
    if (primary() != server) {
      begin(of(server));
      of(server).finish();
      end(of(server));
    }
  }

  /**
   * Fails over to a server that has not redone all; the rest is lost.
   *
   * @return transactions that are lost
   */
  public int force(TdsServer server) {
    GroupMember next = of(server);
    begin(next);
    int lost;
    synchronized (log) {
      lost = log.truncate(next.redone());
    }
    next.finish();
    end(next);
    return lost;
  }

  private void begin(GroupMember next) {
    GroupMember former = primary() == null ? null : of(primary());
    synchronized (log) {
      if (former != null) {
        former.role = GroupMember.Role.SECONDARY;
      }
      next.role = GroupMember.Role.RESOLVING;
    }
    if (former != null) {
      former.server.disconnect(former);
    }
  }

  private void end(GroupMember next) {
    synchronized (log) {
      next.role = GroupMember.Role.PRIMARY;
    }
  }

  /** Takes the role from a primary: until one is promoted, there is none. */
  public void demote(TdsServer server) {
    GroupMember member = of(server);
    synchronized (log) {
      member.role = GroupMember.Role.RESOLVING;
    }
    server.disconnect(member);
  }

  /** A server redoes what was committed so much later. */
  public void delay(TdsServer server, Duration delay) {
    of(server).delayMillis = delay.toMillis();
  }

  /** As ALTER DATABASE … SET HADR SUSPEND, or RESUME. */
  public void suspend(TdsServer server, boolean suspended) {
    of(server).suspended = suspended;
  }

  /** As ALTER DATABASE … SET READ_ONLY, or READ_WRITE: writes get error 3906. */
  public void readOnly(TdsServer server, boolean readOnly) {
    of(server).readOnly = readOnly;
  }

  /** Log-ins to the group's databases get this error: 922, 976, 978, 983, 40613; 0 for none. */
  public void refuse(TdsServer server, int number) {
    of(server).refusal = number;
  }

  /** As SECONDARY_ROLE (ALLOW_CONNECTIONS = …): 0 none, 1 with read-only intent, 2 all. */
  public void allow(TdsServer server, int connections) {
    of(server).allows = connections;
  }

  /** This user has no VIEW SERVER STATE. */
  public void deny(String user) {
    denied.add(user);
  }

  /** It reports all as redone, whatever it has: what tests of tests need. */
  public void overstate(TdsServer server, boolean overstates) {
    of(server).overstates = overstates;
  }

  /** Waits until all that run have redone all. */
  public void awaitRedo(Duration limit) {
    long end = System.nanoTime() + limit.toNanos();
    for (GroupMember member : members) {
      while (!member.server.isDown() && member.redone() < log.size()) {
        if (System.nanoTime() > end) {
          throw new IllegalStateException(member.name + " does not redo the log: " + failure);
        }
        try {
          Thread.sleep(5);
        } catch (InterruptedException e) {
          throw new IllegalStateException(e);
        }
      }
    }
  }

  /** Transactions that were committed. */
  public int committed() {
    return log.size();
  }

  void failed(String why) {
    failure = why;
  }

  /** Why a member redoes nothing any more, or null. */
  public String failure() {
    return failure;
  }

  @Override
  public void close() {
    members.forEach(GroupMember::close);
    members.forEach(member -> member.server.close());
  }
}
