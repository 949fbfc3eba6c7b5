package dev.heimdall.test.race;

import java.util.Collection;
import java.util.List;

/** What a node does, as it is told by its instrumented classes; on its threads. */
public interface Steps {
  /** A node that nobody watches. */
  Steps NONE =
      new Steps() {
        @Override
        public void at(String place) {}

        @Override
        public void heardOfPeer(List<String> tables) {}

        @Override
        public Runnable arriving(Collection<String> tables, Runnable over) {
          return over;
        }

        @Override
        public void notified(List<String> texts) {}
      };

  /**
   * A step of the protocol begins or is done: time for a rest.
   *
   * @param place class and method
   */
  void at(String place);

  /** A message of another node was taken in: it has written these. */
  void heardOfPeer(List<String> tables);

  /**
   * The database says that these were written.
   *
   * @param over is run by the node when it has taken that in
   * @return to be run in its place
   */
  Runnable arriving(Collection<String> tables, Runnable over);

  /** Texts of triggers were taken in. */
  void notified(List<String> texts);
}
