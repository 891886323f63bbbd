from cnnlab.training.device_workspace import DeviceWorkspace
from tests.training.recording import RecordingTrack
from tests.training.small_training import turns


def test_memory_of_a_workspace_stays_where_it_is(monkeypatch):
    """A captured step knows addresses alone: over pieces, epochs, evaluations none may change."""
    places = []

    def watched(self, piece):
        put(self, piece)
        lrs = [group["lr"].data_ptr() for group in self.optimizer.param_groups]
        places.append(([self._images.data_ptr(), self._targets.data_ptr()], lrs))

    put = DeviceWorkspace.put
    monkeypatch.setattr(DeviceWorkspace, "put", watched)
    for _ in turns(RecordingTrack(), optimizer="adam", epochs=3, num_images=171):
        pass
    assert len(places) == 3 * 8  # 22 steps, three a piece
    assert all(place == places[0] for place in places)
