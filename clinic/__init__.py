"""The rules of a waiting room: plain values in, plain values out."""
