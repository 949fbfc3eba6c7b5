package dev.heimdall.test.mysql;

import dev.heimdall.test.fixture.MysqlRelease;
import java.util.List;

class MysqlHiddenBodiesIT extends HiddenBodiesContract {
  MysqlHiddenBodiesIT() {
    super(MysqlRelease.MYSQL, List.of("blank", "oracle", "brackets"));
  }
}
