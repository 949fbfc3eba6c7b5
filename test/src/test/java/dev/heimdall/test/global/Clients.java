package dev.heimdall.test.global;

import dev.heimdall.test.fixture.Await;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Who works in the regions, and who is connected and does nothing. */
final class Clients {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** Numbers of those that do nothing; of those at work there are fewer. */
  private static final int DOING_NOTHING = 900;

  private final Sites sites;
  private final History history;
  private final long seed;
  private final List<WorkingClient> working = new ArrayList<>();
  private final List<IdleClient> idle = new ArrayList<>();
  private final int atWork;
  private final int doingNothing;
  private int idleNumber = DOING_NOTHING;

  /**
   * @param atWork how many of each region
   */
  Clients(Sites sites, History history, int atWork, int doingNothing, long seed) {
    this.atWork = atWork;
    this.doingNothing = doingNothing;
    this.sites = sites;
    this.history = history;
    this.seed = seed;
  }

  /**
   * Where clients connect: to the balancer of their own region, by latency records to that of
   * another one while theirs has nobody who is well.
   *
   * @param timeout how many seconds they wait for an answer
   */
  private record Names(Sites in, int timeout) implements WorkingClient.Doors {
    @Override
    public Region region(Region home) {
      return in.isWell(home)
          ? home
          : in.regions().stream().filter(in::isWell).findFirst().orElse(home);
    }

    @Override
    public Connection connect(Region home, Region region) throws SQLException {
      return in.balancer(home, region)
          .jdbc("socketTimeout", "" + timeout, "connectTimeout", "10", "loginTimeout", "15");
    }
  }

  /** Clients of each region begin to work, or to do nothing. */
  void begin() throws SQLException {
    for (Region region : sites.regions()) {
      begin(region);
    }
    for (Region region : sites.regions()) {
      Await.until(
          "clients of " + region + " write",
          PATIENCE,
          () -> history.written(region) > 3L * atWork,
          sites::nodesSaid);
    }
  }

  private void begin(Region region) throws SQLException {
    // Half of those at work give up on a region that does not answer; the others wait until it
    // does.
    Names hasty = new Names(sites, 12);
    Names patient = new Names(sites, 120);
    for (int i = 0; i < doingNothing; i++) {
      idle.add(new IdleClient(region.number() * 1000 + idleNumber++, region, patient));
    }
    for (int i = 0; i < atWork; i++) {
      int client = region.number() * 1000 + (int) of(region);
      working.add(
          new WorkingClient(
              client, region, i % 2 == 0 ? patient : hasty, history, this::another, seed + client));
    }
  }

  /** One of those that were ever at work, in any region. */
  private int another(int any) {
    Region of = sites.regions().get(any % sites.regions().size());
    return of.number() * 1000 + any / 7 % (int) Math.max(1, of(of));
  }

  private long of(Region region) {
    return history.clients().values().stream().filter(region::equals).count();
  }

  /** Sessions of those that do nothing ended with a node of their region. */
  void lostIdle(Region region) {
    List<IdleClient> ended = idle.stream().filter(one -> one.region().equals(region)).toList();
    ended.forEach(IdleClient::end);
    idle.removeAll(ended);
  }

  /**
   * As many of a region as there were begin anew.
   *
   * @return those at work of before, who have gone elsewhere, and stay there until they are ended
   */
  List<WorkingClient> again(Region region) throws SQLException {
    List<WorkingClient> before =
        working.stream().filter(one -> one.home().equals(region) && !one.isEnding()).toList();
    begin(region);
    return before;
  }

  /** All who do nothing are asked for once. */
  void askIdle() {
    idle.forEach(client -> history.add(client.ask()));
  }

  /** Those at work come to an end, with the answers that they wait for. */
  void finish() {
    end();
    working.forEach(WorkingClient::close);
  }

  /** Asks those at work to come to an end. */
  void end() {
    working.forEach(WorkingClient::end);
  }
}
