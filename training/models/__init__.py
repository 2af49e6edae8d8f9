from training.models.completion import Completion
from training.models.course import Assessment, Chapter, Course
from training.models.progress import Attempt, ChapterDone


__all__ = ["Assessment", "Attempt", "Chapter", "ChapterDone", "Completion", "Course"]
