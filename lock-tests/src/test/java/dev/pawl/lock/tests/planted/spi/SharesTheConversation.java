package dev.pawl.lock.tests.planted.spi;

import dev.pawl.lock.tests.planted.redis.internal.Conversation;

interface SharesTheConversation {

    Conversation conversation();
}
