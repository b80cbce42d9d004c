#!/bin/sh
# run-gtest.sh - start one GTest program so that automake's driver sees TAP
exec "$1" --tap
