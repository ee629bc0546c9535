"""The yearly work plan of openness (政务公开工作要点): its duties, watched."""
