"""What cases state of a tool's effects, `done` and `after`: read strictly, compared with what a run did, recorded.

blocks reads what authors wrote; values and contents compare it part by part; pairing finds which deed each statement
means; differences says what is otherwise; recording writes the block that a run would need.
"""
