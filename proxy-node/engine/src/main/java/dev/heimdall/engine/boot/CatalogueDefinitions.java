package dev.heimdall.engine.boot;

import dev.heimdall.engine.catalog.Catalogues;
import dev.heimdall.engine.share.Definitions;
import dev.heimdall.engine.share.Redefinition;

/** The definitions that a node knows are its catalogues. */
record CatalogueDefinitions(Catalogues catalogues) implements Definitions {
  @Override
  public Runnable changing(String database) {
    return catalogues.changing(database);
  }

  @Override
  public Runnable apart() {
    return catalogues.apart();
  }

  @Override
  public void written(Redefinition redefinition) {
    switch (redefinition.how()) {
      case POSSIBLE, LIKELY -> catalogues.suspected(redefinition.database());
      case CERTAIN -> catalogues.changed(redefinition.database());
      case TABLES -> catalogues.tablesChanged(redefinition.database());
    }
  }

  @Override
  public void free(String database) {
    catalogues.free(database);
  }

  @Override
  public void sessionDefaultsChanged() {
    catalogues.sessionDefaultsChanged();
  }

  @Override
  public void missed() {
    catalogues.suspected();
  }

  @Override
  public void otherServer() {
    catalogues.otherServer();
  }
}
