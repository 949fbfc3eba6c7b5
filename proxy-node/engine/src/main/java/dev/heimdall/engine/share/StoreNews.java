package dev.heimdall.engine.share;

import java.time.Duration;

/** Hears when the shared store is lost and found. On the store's thread, which must not wait. */
public interface StoreNews {
  /** Notifies no receiver. */
  StoreNews NONE =
      new StoreNews() {
        @Override
        public void lost(String why) {}

        @Override
        public void found() {}

        @Override
        public void slow(String at, Duration after) {}

        @Override
        public void fast(String at) {}
      };

  /** It is not reached any more, or was not from the start; told once. */
  void lost(String why);

  /** It is reached again. */
  void found();

  /** It answers, but takes long. It is lost or fast again next. */
  void slow(String at, Duration after);

  /** It answers as fast as it should again. */
  void fast(String at);
}
