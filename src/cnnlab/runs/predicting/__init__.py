"""What a saved run says of images: answers, pictures of its feature maps, submissions."""
