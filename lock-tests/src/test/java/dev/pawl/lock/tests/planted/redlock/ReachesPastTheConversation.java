package dev.pawl.lock.tests.planted.redlock;

import dev.pawl.lock.tests.planted.redis.Backend;
import dev.pawl.lock.tests.planted.redis.internal.Conversation;

interface ReachesPastTheConversation {

    Conversation allowed();

    Backend forbidden();
}
