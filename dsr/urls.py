from django.urls import path

from dsr.api import api
from dsr.views import certificates, correcting, mine, opening, packages, start, systems

urlpatterns = [
    path("api/systems/", api.urls),
    path("systems/<str:token>/", systems.task, name="system_task"),
    path("my-data/", start.start, name="my_data"),
    path("my-data/mine/", mine.mine, name="my_data_mine"),
    path("my-data/mine/correct/", correcting.correct, name="my_data_correct"),
    path("my-data/mine/package/<uuid:public_id>/", packages.fetch, name="my_data_package"),
    path("my-data/ready/<str:token>/", packages.ready, name="my_data_ready"),
    path("my-data/certificate/<str:token>/", certificates.page, name="my_data_certificate"),
    path("my-data/certificate/<str:token>/paper/", certificates.paper, name="my_data_certificate_paper"),
    path("my-data/<str:token>/", opening.opening, name="my_data_open"),
]
