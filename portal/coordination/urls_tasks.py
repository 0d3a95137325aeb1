"""Addresses of the pages about tasks."""

from django.urls import URLPattern, path

from portal.coordination import task, task_new, tasks

urlpatterns: list[URLPattern] = [
    path("tasks/", tasks.tasks, name="tasks"),
    path("tasks/new/", task_new.new, name="task_new"),
    path("tasks/<uuid:pk>/", task.task, name="task"),
    path("tasks/<uuid:pk>/note/", task.note, name="task_note"),
    path("tasks/<uuid:pk>/urge/", task.urge, name="task_urge"),
    path("tasks/<uuid:pk>/files/<uuid:file>/", task.file, name="task_file"),
    path("tasks/<uuid:pk>/<slug:word>/", task.move, name="task_move"),
]
