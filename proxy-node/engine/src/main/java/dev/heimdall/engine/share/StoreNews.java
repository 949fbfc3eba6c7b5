package dev.heimdall.engine.share;

/** Hears when the shared store is lost and found. On the store's thread, which must not wait. */
public interface StoreNews {
  /** Notifies no receiver. */
  StoreNews NONE =
      new StoreNews() {
        @Override
        public void lost(String why) {}

        @Override
        public void found() {}
      };

  /** It is not reached any more, or was not from the start; told once. */
  void lost(String why);

  /** It is reached again. */
  void found();
}
