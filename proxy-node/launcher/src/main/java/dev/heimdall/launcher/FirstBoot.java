package dev.heimdall.launcher;

import dev.heimdall.launcher.conf.HeimdallConf;
import dev.heimdall.launcher.process.CommandFailure;
import dev.heimdall.secrets.DocumentStore;
import dev.heimdall.secrets.FirstLoad;
import dev.heimdall.secrets.StoreException;
import dev.heimdall.secrets.StoreLocation;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A machine that edits a directory fills it from elsewhere, as long as it holds nothing. */
final class FirstBoot {
  private static final Logger LOG = LoggerFactory.getLogger("heimdall");

  private FirstBoot() {}

  static void load(Optional<HeimdallConf> conf, NodePlace place) throws CommandFailure {
    Optional<String> from = conf.flatMap(HeimdallConf::firstFrom);
    if (from.isEmpty() || place.named()) {
      return;
    }
    StoreLocation.Directory directory =
        (StoreLocation.Directory) ConfigurationPlace.location(place.configuration(conf));
    try (DocumentStore source = DocumentStore.open(ConfigurationPlace.location(from.get()))) {
      List<String> written = new FirstLoad(directory).from(source);
      if (!written.isEmpty()) {
        LOG.info(
            "{} held nothing: {} loaded from {}",
            directory,
            Plural.of(written.size(), "document"),
            source.location());
      }
    } catch (StoreException e) {
      throw ConfigurationPlace.failure(e);
    }
  }
}
